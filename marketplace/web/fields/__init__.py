"""The fields of forms, by what is typed into them; `web/forms.py` offers them all."""
