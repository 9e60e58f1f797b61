"""The study's two pictures: the four states, and one mill at many places of a periodic cell."""

from itertools import combinations, product

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

import kadita
from kadita.evaluation.figures.style import FAINT, INK, LINE, OTHER, STYLE

WIDTH = 7.2  # inches, two columns of a journal
DEPTH = LinearSegmentedColormap.from_list("depth", ["#a9c3dc", LINE, "#0c2a45"])  # from far to near
CUBE, BAR = 20.0, 10.0  # body lengths: edge of the cube about a school, and the scale
AZIMUTH, ELEVATION = 28.0, 20.0  # degrees, by which the cube is turned from a view of its face
TILT = 28.0  # degrees between a mill's axis and the line of sight
SHOWN = (0.0, 0.25, 0.5, 0.75, 1.0)  # places at which the moved mill is sketched


def draw_states(study, path):
    """Draw each of Couzin's states in space at the end of one run, and its order parameters in time below."""
    group, p = study["couzin-2002"], study["pictures"]
    scenarios = group["scenarios"]
    with matplotlib.rc_context(STYLE):
        figure = _figure(3.4)
        panels = figure.subplots(2, len(scenarios), gridspec_kw={"height_ratios": [2.0, 1], "hspace": 0.1})
        figure.subplots_adjust(left=0.05, right=0.99, top=0.945, bottom=0.125, wspace=0.1)
        for (space, time), scenario in zip(panels.T, scenarios, strict=True):
            space.set_title(scenario.replace("-", " "), pad=3)
            paths, _ = _last_paths(scenario, p["seed"], p["tail"])
            _draw_school(space, paths)
            school = kadita.simulate(scenario, seed=p["seed"], every=study["every"])
            order = kadita.analyze(school, ["polarization", "rotation"], largest_cluster=group["largest_cluster"])
            _draw_order(time, order, group["window"])
        for axes in panels[1, 1:]:
            axes.tick_params(labelleft=False)
        _draw_scale(panels[0, 0])
        named = panels[1, scenarios.index(p["mill"])]
        named.text(0.45, 0.78, "rotation M", color=OTHER, transform=named.transAxes, ha="center", va="top")
        named.text(0.45, 0.27, "polarization P", color=LINE, transform=named.transAxes, ha="center", va="bottom")
        figure.text(0.515, 0.012, "time (s)", ha="center", va="bottom")
        figure.savefig(path, metadata={"Software": None})  # equal pictures are equal files


def draw_places(study, path):
    """Draw what the rotation of one mill is measured to be while the mill is moved through a periodic cell."""
    p = study["pictures"]
    edge, moved = p["mill_box"], np.linspace(0.0, 1.0, p["mill_places"])
    paths, headings = _last_paths(p["mill"], p["seed"], 0)
    centred = paths[-1] + edge / 2  # the mill's axis is z
    ways = {"x": np.array([1.0, 0.0, 0.0]), "the\ndiagonal": np.ones(3)}

    def rotation(way, profile=None):
        positions = (centred + edge * moved[:, None, None] * ways[way]) % edge
        block = kadita.Block(positions, np.broadcast_to(headings, positions.shape), box=edge)
        return kadita.analyze(block, "rotation", profile=profile)["rotation"]

    with matplotlib.rc_context(STYLE):
        figure = _figure(3.5)
        grid = figure.add_gridspec(3, 1, height_ratios=[1, 1, 4.2], hspace=0.12)
        grid.update(left=0.105, right=0.955, top=0.985, bottom=0.125)
        for row, (name, way) in enumerate(ways.items()):
            _draw_cells(figure.add_subplot(grid[row]), f"along {name}", centred, way, edge)
        axes = figure.add_subplot(grid[2])
        for way in ways:
            axes.plot(moved, rotation(way), color=LINE, linewidth=2.6, alpha=0.9, solid_capstyle="butt")
        axes.plot(moved, rotation("x", "published"), color=OTHER, linewidth=1.2)
        axes.plot(moved, rotation("the\ndiagonal", "published"), color=OTHER, linewidth=1.2, dashes=(3.5, 1.5))
        axes.text(0.5, 0.96, "corrected, both ways", color=LINE, ha="center", va="bottom")
        axes.text(0.5, 0.31, "published,\nalong x", color=OTHER, ha="center", va="top")
        axes.text(0.5, 0.755, "published, along the diagonal", color=OTHER, ha="center", va="bottom")
        axes.set(xlim=(0, 1), ylim=(0, 1.02), yticks=[0, 0.5, 1], xticks=SHOWN, ylabel="rotation M")
        axes.set_yticklabels(["0", "0.5", "1"])
        axes.set_xticklabels(["0", "¼", "½", "¾", "1"])
        axes.set_xlabel("shift of x alone (solid) or of x, y and z (dashed) / edge of the cell")
        figure.savefig(path, metadata={"Software": None})


def _figure(height):
    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasAgg(figure)
    return figure


def _last_paths(scenario, seed, tail):
    """Return the last steps of all agents, (T, N, 3), and their headings, (N, 3), in axes of the school's own.

    A school that turns more than it translates has its axis of rotation along z; any other heads along x.
    """
    with kadita.simulate(scenario, seed=seed, every=1) as school:
        chunk = school.read(np.arange(school.n_frames - 1 - tail, school.n_frames))
    paths = chunk.positions - chunk.positions[-1].mean(axis=0)
    headings = chunk.velocities[-1] / np.linalg.norm(chunk.velocities[-1], axis=1, keepdims=True)
    radial = paths[-1] / np.linalg.norm(paths[-1], axis=1, keepdims=True)
    heading, momentum = headings.mean(axis=0), np.cross(radial, headings).mean(axis=0)
    if np.linalg.norm(momentum) > np.linalg.norm(heading):
        z = momentum / np.linalg.norm(momentum)
        x = np.cross([0.0, 1.0, 0.0], z)
        x /= np.linalg.norm(x)
    else:
        x = heading / np.linalg.norm(heading)
        z = np.cross(x, [0.0, 1.0, 0.0])
        z /= np.linalg.norm(z)
    axes = np.array([x, np.cross(z, x), z])
    return paths @ axes.T, headings @ axes.T


def _turned(points, x, y):
    """Turn points about the vertical axis y of the picture, then about the horizontal one; z comes out of it."""
    (cx, sx), (cy, sy) = ((np.cos(a), np.sin(a)) for a in np.radians([x, y]))
    return (
        points @ (np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]]) @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])).T
    )


def _draw_school(axes, paths):
    """Draw every agent as a dot with the path behind it, the nearer the darker, in a cube that is the same for all."""
    corners = _turned(np.array(list(product((-1, 1), repeat=3))) * CUBE / 2, ELEVATION, AZIMUTH)
    near = corners[:, 2].max()  # the three edges at the nearest corner would stand before the school
    edges = [(a, b) for a, b in combinations(corners, 2) if np.isclose(np.linalg.norm(a - b), CUBE)]
    behind = [(a[:2], b[:2]) for a, b in edges if max(a[2], b[2]) < near]
    axes.add_collection(LineCollection(behind, colors=FAINT, linewidths=0.6))
    seen = _turned(paths, -TILT, TILT / 2).transpose(1, 0, 2)
    seen = seen[np.argsort(seen[:, -1, 2])]
    colours = DEPTH(np.clip(0.5 + 1.2 * seen[:, -1, 2] / CUBE, 0, 1))
    for order, (path, colour) in enumerate(zip(seen, colours, strict=True)):  # the nearer hides the farther
        axes.plot(path[:, 0], path[:, 1], color=colour, linewidth=0.8, solid_capstyle="round", zorder=2 + order)
        axes.plot(*path[-1, :2], color=colour, marker="o", markersize=2.2, markeredgewidth=0, zorder=2 + order)
    reach = 1.01 * np.abs(corners[:, :2]).max(axis=0)
    axes.set(xlim=(-reach[0], reach[0]), ylim=(-reach[1], reach[1]), aspect="equal", anchor="N")
    axes.axis("off")


def _draw_scale(axes):
    """Draw a length in the plane of the picture; the projection is parallel, so it holds everywhere in it."""
    left, below = axes.get_xlim()[0], axes.get_ylim()[0] - 0.06 * CUBE
    axes.plot([left, left + BAR], [below, below], color=INK, linewidth=1.2, solid_capstyle="butt", clip_on=False)
    axes.text(left + BAR + 0.04 * CUBE, below, f"{BAR:g} body lengths", fontsize=7, va="center_baseline")


def _draw_order(axes, order, window):
    """Draw polarization and rotation in time, over the part that the tables average."""
    end = order.times[-1]
    axes.axvspan(end * (1 - window), end, color=FAINT, alpha=0.5, linewidth=0)
    for metric, colour in (("polarization", LINE), ("rotation", OTHER)):
        axes.plot(order.times, order[metric], color=colour, linewidth=0.8)
    axes.set(xlim=(0, end), ylim=(0, 1.02), yticks=[0, 0.5, 1], xticks=np.arange(0, end, 200))
    axes.set_yticklabels(["0", "0.5", "1"])


def _draw_cells(axes, name, centred, way, edge):
    """Sketch the mill in its cell at some places, seen along its axis, each above its place on the axis below."""
    width, height = axes.get_window_extent().size
    size = height / width  # of a cell, in units of x, where the axes are one high
    for place in SHOWN:
        cell = axes.inset_axes((place - size / 2, 0, size, 1))
        x, y, _ = ((centred + edge * place * way) % edge).T
        cell.plot(x, y, ".", color=INK, markersize=1.3, markeredgewidth=0)
        cell.set(xlim=(0, edge), ylim=(0, edge), xticks=[], yticks=[])
        for side in cell.spines.values():
            side.set(visible=True, color="#9a9a9a", linewidth=0.6)
    axes.axis("off")
    axes.text(-0.045, 0.5, name, ha="right", va="center", fontsize=7, transform=axes.transAxes)
