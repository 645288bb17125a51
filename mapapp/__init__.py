"""Practice Atlas: the application package."""
