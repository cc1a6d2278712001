"""What people read about a graded cohort: a page for students, one for instructors, JSON and a terminal table."""
