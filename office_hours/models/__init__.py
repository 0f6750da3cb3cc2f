from office_hours.models.ama import (
    QUESTION_MOVES,
    SESSION_MOVES,
    AMAQuestion,
    AMASession,
    AMAVote,
)
from office_hours.models.lessons import Lesson, LessonHelp

__all__ = [
    "QUESTION_MOVES",
    "SESSION_MOVES",
    "AMAQuestion",
    "AMASession",
    "AMAVote",
    "Lesson",
    "LessonHelp",
]
