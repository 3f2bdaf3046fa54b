"""What a sweep trains: a recipe, what is varied of it, and the points that make it up.

``axes`` and ``cases`` say what is varied and ``draws`` what is drawn, ``plan`` combines them to
``points``, ``checks`` and ``contradictions`` refuse what cannot be trained, ``toml_file`` reads all
of it from a file.
"""
