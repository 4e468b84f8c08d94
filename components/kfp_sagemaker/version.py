"""The version of the distribution, also the tag of the image that the specs name."""

VERSION = "0.1.0"
