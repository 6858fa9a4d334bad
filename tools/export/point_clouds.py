"""Synthetic point clouds and their voxels: surfaces of simple solids with normals, and a LiDAR sweep of a street."""
import numpy as np
import torch

from spconv_cpu import SparseConvTensor


def on_sphere(rng, count):
    v = rng.standard_normal((count, 3))
    v /= np.linalg.norm(v, axis=1, keepdims=True)
    return v, v


def on_box(rng, count, size=(1.0, 0.7, 0.5), centre=(0.0, 0.0, 0.0)):
    size = np.array(size)
    areas = np.prod(size) / size
    axis, side = rng.choice(3, count, p=areas / areas.sum()), rng.choice([-1.0, 1.0], count)
    points, normals = rng.uniform(-1, 1, (count, 3)), np.zeros((count, 3))
    points[np.arange(count), axis] = normals[np.arange(count), axis] = side
    return points * size + centre, normals


def on_cylinder(rng, count, radius=0.6, height=1.0):
    angle, part = rng.uniform(0, 2 * np.pi, count), rng.uniform(0, 1, count)
    around = np.stack([np.cos(angle), np.sin(angle), np.zeros(count)], 1)
    cap = rng.uniform(0, 1, count) < radius / (radius + 2 * height)
    side = np.where(part < 0.5, -1.0, 1.0)[:, None] * np.array([0, 0, 1.0])
    wall = around * radius + np.array([0, 0, 1.0]) * rng.uniform(-height, height, count)[:, None]
    lid = around * (radius * np.sqrt(rng.uniform(0, 1, count)))[:, None] + side * height
    return np.where(cap[:, None], lid, wall), np.where(cap[:, None], side, around)


def on_torus(rng, count, radius=0.75, tube=0.25):
    # Points of the outer rim stand for more surface than those of the inner: rejection makes the density even.
    u, v = rng.uniform(0, 2 * np.pi, (2, 4 * count))
    kept = rng.uniform(0, radius + tube, 4 * count) < radius + tube * np.cos(v)
    u, v = u[kept][:count], v[kept][:count]
    normal = np.stack([np.cos(u) * np.cos(v), np.sin(u) * np.cos(v), np.sin(v)], 1)
    return radius * np.stack([np.cos(u), np.sin(u), np.zeros(len(u))], 1) + tube * normal, normal


def on_table(rng, count):
    parts = [on_box(rng, count - 4 * (count // 8), (0.9, 0.6, 0.03), (0, 0, 0.4))]
    parts += [on_box(rng, count // 8, (0.04, 0.04, 0.4), (x, y, 0)) for x in (-0.8, 0.8) for y in (-0.5, 0.5)]
    return tuple(np.concatenate(p) for p in zip(*parts))


SURFACES = {"sphere": on_sphere, "box": on_box, "cylinder": on_cylinder, "torus": on_torus, "table": on_table}


def surface(kind, rng, count):
    """Points of one surface, turned about the vertical: [count, 6] = position within the unit ball and normal."""
    points, normals = SURFACES[kind](rng, count)
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    points = points / np.linalg.norm(points, axis=1).max()
    return np.concatenate([points @ turn.T, normals @ turn.T], 1).astype(np.float32)


def sweep(rng, beams=64, turns=512, noise=0.01):
    """One turn of a LiDAR 1.73 m above a street with houses (boxes), cars (boxes) and poles (cylinders): [n, 4] = position in m and reflectance."""
    elevation = np.deg2rad(np.linspace(-24.8, 2.0, beams))[:, None]
    azimuth = np.linspace(-np.pi, np.pi, turns, endpoint=False)[None]
    ray = np.stack(np.broadcast_arrays(np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)), -1).reshape(-1, 3)
    with np.errstate(divide="ignore", invalid="ignore"):
        hits = [(np.where(ray[:, 2] < 0, -1.73 / ray[:, 2], np.inf), 0.2)]
        for side in (-1, 1):
            hits += [(to_box(ray, (x, side * 14, 1), (7, 2.5, 3)), 0.4) for x in rng.uniform(-40, 40, 5)]
            hits += [(to_box(ray, (x, side * rng.uniform(4, 7), -1), (2.1, 0.9, 0.73)), 0.7) for x in rng.uniform(-30, 30, 6)]
            hits += [(to_pole(ray, x, side * 9, 0.15), 0.5) for x in rng.uniform(-30, 30, 5)]
    ranges = np.stack([h for h, _ in hits])
    first = ranges.argmin(0)
    depth = ranges.min(0)
    seen = depth < 70
    depth = depth[seen] + noise * rng.standard_normal(seen.sum())
    reflectance = np.array([r for _, r in hits])[first[seen]] + 0.05 * rng.standard_normal(seen.sum())
    return np.concatenate([ray[seen] * depth[:, None], reflectance[:, None].clip(0, 1)], 1).astype(np.float32)


def to_box(ray, centre, half):
    near, far = (np.array(centre) - half) / ray, (np.array(centre) + half) / ray
    enter, leave = np.minimum(near, far).max(1), np.maximum(near, far).min(1)
    return np.where((enter > 0) & (enter < leave), enter, np.inf)


def to_pole(ray, x, y, radius, top=3.0):
    flat = ray[:, 0] ** 2 + ray[:, 1] ** 2
    b, c = ray[:, 0] * x + ray[:, 1] * y, x * x + y * y - radius * radius
    depth = (b - np.sqrt(b * b - flat * c)) / flat
    return np.where((depth > 0) & (depth * ray[:, 2] < top), depth, np.inf)


def grid_sample(points, size):
    """Pointcept's GridSample: floor(p / size), counted from the smallest; the first point of each voxel stays. Sites are in the order x, y, z."""
    at = np.floor(points[:, :3] / size).astype(np.int64)
    sites, first = np.unique(at - at.min(0), axis=0, return_index=True)
    return sites, points[first]


def mean_voxels(points, low, high, size, most=5):
    """OpenPCDet's voxels: the mean of the first five points of each. Sites are in the order z, y, x; the grid has one more layer above."""
    low, high, size = map(np.array, (low, high, size))
    points = points[((points[:, :3] >= low) & (points[:, :3] < high)).all(1)]
    extent = np.ceil((high - low) / size - 1e-6).astype(np.int64)
    at = np.floor((points[:, :3] - low) / size).astype(np.int64).clip(max=extent - 1)[:, ::-1]
    sites, of, counts = np.unique(at, axis=0, return_inverse=True, return_counts=True)
    of = of.reshape(-1)
    order = np.argsort(of, kind="stable")
    place = np.empty(len(of), np.int64)
    place[order] = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = place < most
    total = np.zeros((len(sites), points.shape[1]))
    np.add.at(total, of[kept], points[kept])
    return sites, (total / np.minimum(counts, most)[:, None]).astype(np.float32), (extent[::-1] + [1, 0, 0]).tolist()


def tensor(*clouds, margin=1, least=1, shape=None):
    """A sparse tensor of clouds (sites, features), one batch index each; without a shape, the grid ends `margin` - 1 sites after the last, and has at
    least so many on each axis."""
    indices = np.concatenate([np.pad(sites, ((0, 0), (1, 0)), constant_values=b) for b, (sites, _) in enumerate(clouds)])
    features = np.concatenate([f for _, f in clouds])
    shape = shape or np.maximum(indices[:, 1:].max(0) + margin, least).tolist()
    return SparseConvTensor(torch.from_numpy(features), torch.from_numpy(indices.astype(np.int32)), shape, len(clouds))
