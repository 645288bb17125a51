"""The blueprints of the site, in the order in which the routes are read."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
