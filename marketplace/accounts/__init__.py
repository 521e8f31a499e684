"""People, how they sign in, and what their role allows."""
