"""The pages of favourites, blocks and work history."""
