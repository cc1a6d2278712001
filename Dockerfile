# Grades on machines that are not Linux, and on those where nothing shall be installed. docs/container.md has the commands.
FROM debian:bookworm-slim

RUN apt-get update \
 && apt-get install --yes --no-install-recommends bubblewrap python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*

# The lock file first: this layer, by far the largest, stays until the versions change.
COPY requirements.lock /opt/package/
RUN python3 -m venv /opt/venv \
 && /opt/venv/bin/python -m pip install --no-cache-dir --require-hashes -r /opt/package/requirements.lock

COPY LICENSE README.md pyproject.toml /opt/package/
COPY autograder /opt/package/autograder
COPY convnets /opt/package/convnets
RUN /opt/venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation /opt/package

# Whoever `--user` names can write there; a user without a name in /etc/passwd has no home otherwise.
RUN useradd --create-home --home-dir /home/grader grader && chmod 1777 /home/grader
ENV HOME=/home/grader PATH=/opt/venv/bin:/usr/bin:/bin
USER grader
WORKDIR /course
ENTRYPOINT ["autograder"]
