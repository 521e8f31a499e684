"""Undo instead of "Are you sure?": what just happened is said together with the button that takes it back."""

from flask import flash


def flash_with_undo(sentence: str, url: str, label: str = "", **fields: object) -> None:
    """Say `sentence` on the next page, with a button that posts `fields` to `url`; its word is "Undo" unless `label`."""
    said = {"text": sentence, "undo_url": url, "undo_label": label, "undo_fields": fields}
    flash(said)  # type: ignore[arg-type]  # Flask keeps any value that JSON can carry
