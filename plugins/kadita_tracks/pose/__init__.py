"""Programs that follow several keypoints of each animal."""
