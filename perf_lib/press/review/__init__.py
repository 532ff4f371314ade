"""Reviewing: the built report beside a margin for comments, and a sign-off, served to this machine alone."""

from perf_lib.press.review.review import Comment, Comments, ReviewDesk, open_review
from perf_lib.press.review.server import serve

__all__ = ["Comment", "Comments", "ReviewDesk", "open_review", "serve"]
