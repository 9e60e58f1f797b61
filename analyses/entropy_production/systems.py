"""Systems whose entropy production is known, each as a block of independent copies.

Velocities of a block are the propulsion, or whatever part of the drift is not conservative; positions diffuse with D_t.
"""

import numpy as np
from scipy.linalg import expm, solve_continuous_lyapunov

import kadita


def linear_paths(coupling, noise, step, frames, copies, seed):
    """Return stationary paths of dx = -A x dt + sqrt(2 D) dW, (T, copies, n), without any error of the time step."""
    rng = np.random.default_rng(seed)
    covariance, decay = moments(coupling, noise, step)
    jolt = np.linalg.cholesky(covariance - decay @ covariance @ decay.T)
    x = rng.normal(size=(copies, len(coupling))) @ np.linalg.cholesky(covariance).T
    paths = np.empty((frames, *x.shape))
    for t in range(frames):
        paths[t] = x
        x = x @ decay.T + rng.normal(size=x.shape) @ jolt.T
    return paths


def moments(coupling, noise, step):
    """Return the covariance of x, and the matrix by which x decays in a step."""
    return solve_continuous_lyapunov(coupling, 2 * np.diag(noise)), expm(-np.asarray(coupling) * step)


def exact_heat(coupling, noise, propulsion, diffusion, step):
    """Return the heat per time that frames a step apart show: sum over axes a of <(V x)_a o dx_a> / (D_a dt).

    The first coordinates of x are positions, as many as there are rows of V = `propulsion`.
    """
    covariance, decay = moments(coupling, noise, step)
    v, n = np.asarray(propulsion), len(propulsion)
    later = decay @ covariance  # <x(t + dt) x(t)>
    middle = v @ (later.T + covariance - covariance - later)[:, :n] / 2  # of (V x + V x') (x' - x)
    return float((np.diag(middle) / np.asarray(diffusion)).sum() / step)


def as_block(positions, velocities, step, **attributes):
    """Return copies as agents in open space; in a plane if they have two coordinates, or one, which is x."""
    if positions.shape[2] == 1:
        positions, velocities = in_plane(positions[..., 0]), in_plane(velocities[..., 0])
    times = np.arange(len(positions)) * step
    box = attributes.pop("box", None)
    return kadita.Block(positions, velocities, times=times, box=box, attributes={"velocities": "state"} | attributes)


def in_plane(x, y=None):
    """Return (T, copies, 2) from components."""
    return np.stack([x, np.zeros_like(x) if y is None else y], axis=2)


def aoup_in_trap(step, frames, copies, seed, *, k=1.0, tau=0.5, strength=2.0, temperature=0.3):
    """Return an active Ornstein-Uhlenbeck particle in a trap, along x: x' = v - k x, tau v' = -v + sqrt(2 D) noise."""
    coupling = [[k, -1.0], [0.0, 1 / tau]]
    paths = linear_paths(coupling, [temperature, strength / tau**2], step, frames, copies, seed)
    rates = {"reorientation_rate": 1 / tau, "relaxation_rate": k, "translational_diffusion": temperature}
    return as_block(in_plane(paths[..., 0]), in_plane(paths[..., 1]), step, **rates)


def gyrator(step, frames, copies, seed):
    """Return a particle in a trap that couples x and y, at the temperatures 1 and 3; its velocities are the drift."""
    coupling = np.array([[1.0, 0.5], [0.5, 2.0]])
    paths = linear_paths(coupling, [1.0, 3.0], step, frames, copies, seed)
    return as_block(paths, -paths @ coupling.T, step, relaxation_rate=0.0)


def rotating_trap(step, frames, copies, seed, *, k=1.0, alpha=0.7):
    """Return a particle in a trap whose force also turns it about the origin, which is its propulsion; D_t = 1."""
    paths = linear_paths([[k, alpha], [-alpha, k]], [1.0, 1.0], step, frames, copies, seed)
    turning = alpha * np.stack([-paths[..., 1], paths[..., 0]], axis=2)
    return as_block(paths, turning, step, translational_diffusion=1.0, relaxation_rate=k, reorientation_rate=k)


def springs(step, frames, copies, seed, *, number=4, k=1.0, spring=0.8, tau=0.5, strength=2.0, temperature=0.3):
    """Return active particles along x, each in a trap and tied to all others; copies stand side by side."""
    forces = (k + number * spring) * np.eye(number) - spring
    nothing, each = np.zeros((number, number)), np.eye(number)
    coupling = np.block([[forces, -each], [nothing, each / tau]])
    noise = [temperature] * number + [strength / tau**2] * number
    paths = linear_paths(coupling, noise, step, frames, copies, seed).reshape(frames, copies, 2, number)
    x, v = (paths[:, :, i].reshape(frames, -1) for i in (0, 1))
    rates = {"reorientation_rate": 1 / tau, "relaxation_rate": k + number * spring}
    return as_block(in_plane(x), in_plane(v), step, translational_diffusion=temperature, **rates)


def ring(force, amplitude, step, frames, copies, seed, *, diffusion=0.5):
    """Return particles on a ring of length 2 pi that a constant force drives over a sine: x' = f + V sin x + noise.

    Steps of Heun's method, with the same noise in both halves, from the stationary density.
    """
    rng = np.random.default_rng(seed)
    x, xs = places_on_ring(force, amplitude, diffusion, rng.random(copies)), np.empty((frames, copies))
    for t in range(frames):
        xs[t] = x
        noise = np.sqrt(2 * diffusion * step) * rng.normal(size=copies)
        drift = force + amplitude * np.sin(x)
        ahead = x + drift * step + noise
        x = x + (drift + force + amplitude * np.sin(ahead)) / 2 * step + noise
    v = np.full_like(xs, force)
    rates = {"translational_diffusion": diffusion, "reorientation_rate": 0.0, "relaxation_rate": 0.0}
    box = (2 * np.pi, "open")
    return as_block(in_plane(np.mod(xs, 2 * np.pi)), in_plane(v), step, box=box, **rates)


def density_on_ring(force, amplitude, diffusion=0.5, modes=64):
    """Return the Fourier components of the stationary density on the ring, from -modes to modes; p_0 = 1 / (2 pi)."""
    n = np.arange(-modes, modes + 1)
    operator = np.diag(-1j * n * force - diffusion * n**2).astype(complex)
    operator += np.diag(-1j * n[1:] * amplitude / 2j, -1) + np.diag(1j * n[:-1] * amplitude / 2j, 1)
    operator[modes], right = 0, np.zeros(len(n), complex)
    operator[modes, modes], right[modes] = 1, 1 / (2 * np.pi)
    return np.linalg.solve(operator, right)


def places_on_ring(force, amplitude, diffusion, shares):
    """Return where the stationary distribution function has these values."""
    grid = np.linspace(0, 2 * np.pi, 2001)
    p = density_on_ring(force, amplitude, diffusion)
    n = np.arange(len(p)) - len(p) // 2
    with np.errstate(divide="ignore", invalid="ignore"):
        integral = np.where(n[:, None] == 0, grid, (np.exp(1j * n[:, None] * grid) - 1) / (1j * n[:, None]))
    return np.interp(shares, (p[:, None] * integral).sum(axis=0).real, grid)


def drift_of_ring(force, amplitude, diffusion=0.5):
    """Return the mean velocity on the ring, 2 pi times the mean of (f + V sin x) p."""
    p = density_on_ring(force, amplitude, diffusion)
    zero = len(p) // 2
    return float((2 * np.pi * (force * p[zero] + amplitude / 2j * (p[zero - 1] - p[zero + 1]))).real)


def swimmer_in_trap(turned, dimensions, step, frames, copies, seed, *, speed=1.0, k=1.0, temperature, reorientation):
    """Return particles of constant speed in a trap; `turned(u, rng)` returns their headings after a step."""
    rng = np.random.default_rng(seed)
    u = rng.normal(size=(copies, dimensions))
    u /= np.linalg.norm(u, axis=1)[:, None]
    x = rng.normal(size=u.shape) * np.sqrt(temperature / k) + speed * u / (k + reorientation)
    positions, velocities = np.empty((2, frames, *u.shape))
    decay, spread = np.exp(-k * step), np.sqrt(temperature / k * -np.expm1(-2 * k * step))
    for t in range(-int(8 / min(k, reorientation) / step), frames):
        if t >= 0:
            positions[t], velocities[t] = x, speed * u
        new = turned(u, rng)
        x = x * decay + speed * (u + new) / 2 * (1 - decay) / k + spread * rng.normal(size=x.shape)
        u = new
    rates = {"reorientation_rate": reorientation, "relaxation_rate": k, "translational_diffusion": temperature}
    return as_block(positions, velocities, step, **rates)


def diffusing(rate, step, dimensions):
    """Return the turn of a step by rotational diffusion: in a plane by a normal angle, in space by a normal step."""

    def turned(u, rng):
        if dimensions == 2:
            angle = np.arctan2(u[:, 1], u[:, 0]) + np.sqrt(2 * rate * step) * rng.normal(size=len(u))
            return np.stack([np.cos(angle), np.sin(angle)], axis=1)
        jolt = np.sqrt(2 * rate * step) * rng.normal(size=u.shape)
        new = u + jolt - (jolt * u).sum(axis=1)[:, None] * u
        return new / np.linalg.norm(new, axis=1)[:, None]

    return turned


def tumbling(rate, step):
    """Return the turn of a step by tumbling: with the probability 1 - exp(-a dt) to a direction at random."""

    def turned(u, rng):
        new = rng.normal(size=u.shape)
        new /= np.linalg.norm(new, axis=1)[:, None]
        return np.where(rng.random((len(u), 1)) < -np.expm1(-rate * step), new, u)

    return turned


def flipping(rate, step):
    """Return the turn of a step on a line: flips at the rate a, so that headings are forgotten at 2 a."""

    def turned(u, rng):
        return np.where(rng.random((len(u), 1)) < -np.expm1(-2 * rate * step) / 2, -u, u)

    return turned
