from office_hours.models.booking import MOVES, Booking, FeedToken, Host, OtherDay, Rule

__all__ = ["MOVES", "Booking", "FeedToken", "Host", "OtherDay", "Rule"]
