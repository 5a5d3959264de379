"""What a learner sees, before any ink: scenes, tables, and what they give away."""
