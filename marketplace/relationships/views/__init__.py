"""The pages of favorites, blocks and work history."""

from marketplace.relationships.views import my_facilities, own_preferences, people, preferences, work_record

__all__ = ["my_facilities", "own_preferences", "people", "preferences", "work_record"]
