PASSWORD = "campus-secret"  # of everybody at the CAS server of the tests
