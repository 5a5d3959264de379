"""Ink: scenes become text, colours and files. Only here do roles turn into styles."""
