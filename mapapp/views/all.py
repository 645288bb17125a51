"""The blueprints of the site, in the order in which the routes are read."""

from flask import Blueprint

from . import discovery, downloads, explore, feeds, health, practices, open_data

BLUEPRINTS: tuple[Blueprint, ...] = (
    explore.blueprint,
    practices.blueprint,
    downloads.blueprint,
    feeds.blueprint,
    discovery.blueprint,
    health.blueprint,
    open_data.blueprint,
)
