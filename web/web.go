// Package web holds the studio's pages as they are built from src by make web. The built pages are part of
// the repository, so that nissl is built and runs without node.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist is the folder of built pages, index.html at its root.
func Dist() (fs.FS, error) { return fs.Sub(dist, "dist") }
