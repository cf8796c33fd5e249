package main

import (
	"context"
	"os"
	"os/exec"

	"nissl/cli"
	"nissl/studio"
)

// serveStudio hands the studio what the command line has. Runs are commands of this program.
func serveStudio(app cli.App) func(context.Context, cli.StudioOptions) error {
	return func(ctx context.Context, o cli.StudioOptions) error {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		command := func(ctx context.Context, args ...string) *exec.Cmd { return exec.CommandContext(ctx, self, args...) }
		return studio.Serve(ctx, studio.Options{
			Paths: o.Paths, Read: o.Read, Methods: app.Methods, Papers: app.Papers, Networks: app.Networks, Command: command, Simulate: simulated,
			Host: o.Host, Port: o.Port, Token: o.Token, Out: o.Out, Assets: o.Assets, Open: o.Open, Ready: o.Ready,
		})
	}
}
