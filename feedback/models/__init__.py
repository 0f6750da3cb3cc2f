from feedback.models.roadmap import Pulse, PulseAnswer, RoadmapItem
from feedback.models.threads import MOVES, Comment, Follow, Move, Thread, Vote

__all__ = [
    "MOVES",
    "Comment",
    "Follow",
    "Move",
    "Pulse",
    "PulseAnswer",
    "RoadmapItem",
    "Thread",
    "Vote",
]
