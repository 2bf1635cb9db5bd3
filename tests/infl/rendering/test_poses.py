"""Poses: mostly towards the camera, some to full profile; the camera sees the head as it is said to."""

import numpy as np

from infl.rendering.poses import random_pose


def test_poses_reach_profile_and_favour_the_front():
    poses = [random_pose(np.random.default_rng(k)) for k in range(2000)]
    yaw, pitch, roll = np.array([(p.yaw, p.pitch, p.roll) for p in poses]).T
    assert np.abs(yaw).max() > 85 and np.abs(yaw).max() <= 90
    assert np.abs(pitch).max() <= 45 and np.abs(roll).max() <= 45
    assert 0.1 < (np.abs(yaw) > 60).mean() < 0.25
    assert (np.abs(yaw) < 30).mean() > 0.5


def test_the_camera_turns_the_head_as_the_pose_says():
    pose = random_pose(np.random.default_rng(3))
    np.testing.assert_allclose(pose.camera(256).euler_degrees, (pose.yaw, pose.pitch, pose.roll), atol=1e-6)
