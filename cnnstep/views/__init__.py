"""What a learner sees, as pure data: panels, roles and words, without colour or ink."""
