"""The blueprints of the site, in the order in which the routes are read."""

from flask import Blueprint

from . import discovery, downloads, feeds, health, open_data

BLUEPRINTS: tuple[Blueprint, ...] = (
    downloads.blueprint,
    feeds.blueprint,
    discovery.blueprint,
    health.blueprint,
    open_data.blueprint,
)
