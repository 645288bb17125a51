"""The blueprints of the site, in the order in which the routes are read."""

from flask import Blueprint

from . import (
    catalogue,
    discovery,
    downloads,
    embed,
    explore,
    feeds,
    health,
    insights,
    ogc_tiles,
    open_data,
    pages,
    poster,
    practices,
    projects,
    regions,
    services,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    explore.blueprint,
    practices.blueprint,
    downloads.blueprint,
    catalogue.blueprint,
    feeds.blueprint,
    discovery.blueprint,
    health.blueprint,
    open_data.blueprint,
    pages.blueprint,
    poster.blueprint,
    embed.blueprint,
    regions.blueprint,
    projects.blueprint,
    services.blueprint,
    insights.blueprint,
    ogc_tiles.blueprint,
)
