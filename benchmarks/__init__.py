"""What the product costs in time, each figure beside the ceiling or peer it is held against, measured in one run."""
