"""The pieces that pages are made of, by kind; ``{% load ui %}`` loads them all."""
