"""Views and reports of whole networks."""
