"""A particle in a trap that couples x and y, each with its own temperature: exact paths, and the exact bound.

dx = -A x dt + sqrt(2 T) dW. With two temperatures it turns about the origin and produces entropy at the rate
c^2 (T1 - T2)^2 / (T1 T2 (a + b)), A = ((a, c), (c, b)); with equal ones it is in equilibrium.
"""

import numpy as np
from scipy.linalg import expm, solve_continuous_lyapunov

COUPLING = np.array([[1.0, 0.5], [0.5, 2.0]])


def production(temperatures):
    """Return the rate of entropy production, nats per time."""
    (a, c), (_, b), (first, second) = *COUPLING, temperatures
    return c**2 * (first - second) ** 2 / (first * second * (a + b))


def path(temperatures, step, frames, seed):
    """Return a stationary path, (T, 2), without any error of the time step."""
    rng = np.random.default_rng(seed)
    covariance, decay = moments(temperatures, step)
    noise = rng.normal(size=(frames, 2)) @ np.linalg.cholesky(covariance - decay @ covariance @ decay.T).T
    (xx, xy), (yx, yy) = decay.tolist()
    x, y = (np.linalg.cholesky(covariance) @ rng.normal(size=2)).tolist()
    points = []
    for a, b in noise.tolist():
        points.append((x, y))
        x, y = xx * x + xy * y + a, yx * x + yy * y + b
    return np.array(points)


def moments(temperatures, step):
    """Return the covariance of x, and the factor by which x decays in a step."""
    return solve_continuous_lyapunov(COUPLING, 2 * np.diag(temperatures)), expm(-COUPLING * step)


def exact_bound(temperatures, step):
    """Return the bound of all linear currents at this step, from means and covariances of products of Gaussians."""
    covariance, decay = moments(temperatures, step)
    joint = np.block([[covariance, covariance @ decay.T], [decay @ covariance, covariance]])
    forms = []
    for i in range(2):
        for j in range(2):
            middle, change = np.zeros(4), np.zeros(4)
            middle[[i, 2 + i]], change[[j, 2 + j]] = 0.5, (-1, 1)
            forms.append((np.outer(middle, change) + np.outer(change, middle)) / 2)
    mean = np.array([np.trace(f @ joint) for f in forms])
    covariances = np.array([[2 * np.trace(f @ joint @ g @ joint) for g in forms] for f in forms])
    return 2 / step * mean @ np.linalg.pinv(covariances, rcond=1e-9) @ mean
