"""The blueprints of the site, in the order in which the routes are read."""

from flask import Blueprint

from . import (
    discovery,
    downloads,
    entering,
    explore,
    feeds,
    health,
    insights,
    open_data,
    pages,
    practices,
    projects,
    regions,
    services,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    explore.blueprint,
    practices.blueprint,
    downloads.blueprint,
    feeds.blueprint,
    discovery.blueprint,
    health.blueprint,
    open_data.blueprint,
    pages.blueprint,
    regions.blueprint,
    projects.blueprint,
    services.blueprint,
    insights.blueprint,
    entering.blueprint,
)
