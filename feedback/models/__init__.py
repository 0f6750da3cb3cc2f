from feedback.models.threads import MOVES, Comment, Follow, Move, Thread, Vote

__all__ = ["MOVES", "Comment", "Follow", "Move", "Thread", "Vote"]
