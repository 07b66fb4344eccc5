"""Records as the API writes them, those that are not described by a `Family`.

Which keys are left out and which are null differs from resource to resource, as on the platform: readers have to
stand both.
"""
