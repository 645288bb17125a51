"""HTTP only: read the request, ask one question, choose a representation."""
