"""The blueprints of the site, in the order in which the routes are read."""

from flask import Blueprint

from . import (
    account,
    confirming,
    discovery,
    downloads,
    entering,
    explore,
    feeds,
    health,
    insights,
    mailed_links,
    open_data,
    pages,
    photos,
    practices,
    projects,
    regions,
    second_factors,
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
    photos.blueprint,
    mailed_links.blueprint,
    confirming.blueprint,
    second_factors.blueprint,
    account.blueprint,
)
