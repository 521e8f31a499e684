"""A need or a shift seen with its people: who is asked, who may, who may not."""
