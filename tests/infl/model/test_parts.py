"""Each part of the network by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from infl.images import cv2
from infl.layouts import layout
from infl.model import InfiniteLandmarks, ModelConfig
from infl.model.backbone import MobileNetV2
from infl.model.config import CROP_HALF_WIDTH, HEAD_CENTRE
from infl.model.feature_extractor import Gamma, Softening
from infl.model.landmark_predictor import Prediction
from infl.model.photo import GRAY, cut
from infl.model.query_deformer import QueryDeformer
from infl.model.spatial_transformer import SpatialTransformer, resample
from infl.model.standard_crop import standard_crop

QUERIES = torch.randn(1, 200, 3, generator=torch.Generator().manual_seed(3)) * 50


def gamma(**changes) -> Gamma:
    parts = {
        "head": torch.eye(3)[None],
        "centre": torch.zeros(1, 2),
        "scale": torch.tensor([1 / CROP_HALF_WIDTH]),
        "focal": torch.tensor([6.0]),
    }
    return Gamma(**(parts | changes))


def test_a_trunk_learns_from_the_stage_on_that_it_is_told():
    trunk = MobileNetV2()
    for frozen in (2, 0):
        trunk.freeze(frozen)
        trunk.zero_grad()
        trunk(torch.rand(1, 3, 64, 64))[-1].sum().backward()
        learns = [all(p.grad is not None for p in part.parameters()) for part in (trunk.stem, *trunk.blocks)]
        assert learns == [frozen == 0] * (1 + frozen) + [True] * (len(trunk.blocks) - frozen)


@pytest.mark.parametrize("kind", ["similarity", "affine"])
def test_an_untrained_spatial_transformer_looks_at_the_whole_photo(kind):
    theta = SpatialTransformer(ModelConfig(transform=kind))(torch.rand(2, 3, 96, 96)).theta
    assert torch.equal(theta, torch.eye(3)[:2].expand(2, 2, 3))


def test_a_similarity_stays_one(network: InfiniteLandmarks):
    theta = network.spatial_transformer(torch.rand(4, 3, 96, 96) * 2 - 1).theta
    a, b = theta[:, :, 0], theta[:, :, 1]
    similar = torch.allclose(a[:, 0], b[:, 1]) and torch.allclose(a[:, 1], -b[:, 0])
    assert similar == (network.config.transform == "similarity")


def test_resampling_by_the_identity_changes_nothing():
    photo = torch.rand(1, 3, 64, 64)
    assert torch.allclose(resample(photo, torch.eye(3)[None, :2], 64), photo, atol=1e-5)


def test_the_landmark_loss_reaches_the_spatial_transformer(network: InfiniteLandmarks):
    photo = torch.rand(1, 3, 96, 96) * 2 - 1
    theta = network.spatial_transformer(photo).theta
    features = network.feature_extractor(resample(photo, theta, 128))
    points = (
        network.predict(features, QUERIES)[-1].points @ theta[:, :, :2].transpose(1, 2) + theta[:, None, :, 2]
    )
    network.zero_grad()
    points.sum().backward()
    assert network.spatial_transformer.head[-1].weight.grad.abs().sum() > 0
    network.zero_grad()


def test_the_deformer_is_zero_for_the_canonical_code_mirrored_and_bounded(network: InfiniteLandmarks):
    zero, first = (network.offsets(QUERIES, torch.tensor([i])) for i in (0, 1))
    assert not zero.any() and first.any()
    mirror = torch.tensor([-1.0, 1, 1])
    assert torch.allclose(network.offsets(QUERIES * mirror, torch.tensor([1])), first * mirror, atol=1e-5)
    deformer = QueryDeformer(ModelConfig())
    torch.nn.init.normal_(deformer.out.weight, 0, 100)
    assert deformer(QUERIES, torch.randn(1, 16)).abs().max() <= ModelConfig().deformer_bound


def test_the_deformer_is_smooth(network: InfiniteLandmarks):
    step = torch.tensor([0.5, 0, 0])
    change = network.offsets(QUERIES + step, torch.tensor([1])) - network.offsets(QUERIES, torch.tensor([1]))
    size = network.offsets(QUERIES, torch.tensor([1])).norm(dim=-1).max()
    assert change.norm(dim=-1).max() < 0.05 * size


def test_a_frontal_face_projects_upright_and_in_scale():
    face = gamma()
    centre = torch.tensor([[HEAD_CENTRE]])
    right, up = centre + torch.tensor([10.0, 0, 0]), centre + torch.tensor([0, 10.0, 0])
    assert torch.allclose(face.project(centre), torch.zeros(1, 1, 2), atol=1e-6)
    assert torch.allclose(face.project(right), torch.tensor([[[10 / CROP_HALF_WIDTH, 0]]]), atol=1e-6)
    assert torch.allclose(face.project(up), torch.tensor([[[0, -10 / CROP_HALF_WIDTH]]]), atol=1e-6)


def test_lifted_points_project_where_they_should(network: InfiniteLandmarks):
    face = gamma(head=torch.linalg.qr(torch.randn(1, 3, 3)).Q, centre=torch.tensor([[0.2, -0.1]]))
    aim = face.project(QUERIES) + 0.05
    assert torch.allclose(face.project(face.lift(QUERIES, aim)), aim, atol=1e-4)


def test_the_standard_crop_of_a_face_shows_it_upright_and_in_scale():
    angle = torch.tensor(0.6)
    turn = torch.eye(3)[None].clone()
    turn[0, 0, 0] = turn[0, 1, 1] = angle.cos()
    turn[0, 0, 1], turn[0, 1, 0] = -angle.sin(), angle.sin()
    face = gamma(
        head=turn, centre=torch.tensor([[0.3, 0.1]]), scale=torch.tensor([0.004]), focal=torch.tensor([1e3])
    )
    queries = layout("cofw29").queries
    points3d = torch.from_numpy(queries)[None]
    found = Prediction(face.project(points3d), points3d, torch.zeros(1, 29))
    elsewhere = replace(
        face, centre=torch.zeros(1, 2), scale=torch.tensor([0.01])
    )  # landmarks are believed, not these
    theta = standard_crop(elsewhere, queries, found)[0]
    up = torch.tensor([[HEAD_CENTRE]]) + torch.tensor([0, CROP_HALF_WIDTH, 0])
    seen = np.linalg.inv(np.vstack([theta, [0, 0, 1]])) @ [*face.project(up)[0, 0].numpy(), 1]
    assert np.allclose(seen[:2], [0, -1], atol=0.02)


def test_cutting_a_photo_keeps_places_and_grays_the_outside():
    image = np.zeros((40, 60, 3), np.uint8)
    image[10:30, 20:40] = 255
    square = cut(image, np.array([[1.0, 0, 20], [0, 1, 10]]), 20)
    assert (square == 255).all()
    assert (cut(image, np.array([[1.0, 0, 500], [0, 1, 500]]), 8) == GRAY).all()
    small = cut(image, np.array([[4.0, 0, 1.5], [0, 4, 1.5]]), 15)  # blocks of 4 × 4 pixels
    assert small[5, 7].tolist() == [255] * 3 and small[1, 1].tolist() == [0] * 3


def test_the_feature_extractor_looks_through_a_gaussian_blur():
    picture = np.random.default_rng(0).uniform(-1, 1, (32, 32, 3)).astype(np.float32)
    softened = Softening(1.5)(torch.from_numpy(picture).permute(2, 0, 1)[None])[0].permute(1, 2, 0).numpy()
    blurred = cv2.GaussianBlur(picture, (11, 11), 1.5)
    np.testing.assert_allclose(softened, blurred, atol=1e-5)
    assert softened.std() < 0.5 * picture.std()
