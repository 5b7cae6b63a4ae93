"""Casework for other systems: headers of cases, talks, requests (docs/api.md)."""

from .cases import Cases
from .follow_ups import FollowUps
from .requests import Requests

__all__ = ["Cases", "FollowUps", "Requests"]
