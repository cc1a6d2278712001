"""What people read of a graded cohort: a page for each student, a page for the instructor, JSON and a terminal table."""
