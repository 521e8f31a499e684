"""Who knows whom: favourites, blocks, work history."""
