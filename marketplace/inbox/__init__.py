"""The agency's inbox: what went wrong or soon will, with the way to where it is put right."""
