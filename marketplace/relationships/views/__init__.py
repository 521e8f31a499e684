"""The pages of favorites, blocks and work history."""
