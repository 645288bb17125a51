/** The small maps of regions, projects and services. */
