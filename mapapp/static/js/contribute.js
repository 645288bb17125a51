/** Contributing. */
