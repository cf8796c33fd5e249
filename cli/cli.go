// Package cli is the command line: it shows what is in files, runs methods, lists
// papers and measures their claims again. It knows no method by name; the program in
// cmd/nissl passes the methods and papers to [Main].
//
// People see a short screen on standard output and progress on standard error; --json
// prints one JSON value on standard output and nothing else. The exit code is 0 for
// success, 1 for a failed run, 2 for a command that was mistyped and 130 for an
// interrupted one.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"nissl"
	"nissl/method"
)

// App is what the command line is made from.
type App struct {
	Methods []method.Entry
	Papers  []method.Work
	Demo    *Demo  // nil for none
	HDF5    string // version of the HDF5 library that the program runs with
	// Networks opens networks; nil for a program that has none.
	Networks *method.Networks
	// Studio serves the local pages; nil for a program that has none.
	Studio func(ctx context.Context, o StudioOptions) error

	out, err io.Writer
}

// Exit codes.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// Main runs the program with the arguments after its name and returns the exit code.
func Main(app App, args []string) int {
	app.out, app.err = os.Stdout, os.Stderr
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal asks the run to end, the second one kills it.
	context.AfterFunc(ctx, stop)
	root := app.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	code := exitCode(ctx, err)
	if line := oneLine(err); line != "" {
		fmt.Fprintln(app.err, line)
	}
	return code
}

// usageError is a command that was mistyped.
type usageError struct{ msg string }

func (e usageError) Error() string { return e.msg }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// errReported ends a run that failed and has said so on the screen.
var errReported = errors.New("")

func exitCode(ctx context.Context, err error) int {
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		return exitUsage
	case ctx.Err() != nil:
		return exitInterrupted
	}
	return exitFailed
}

// oneLine is the error as it is shown: one line that begins with the program's name.
func oneLine(err error) string {
	if err == nil || err.Error() == "" {
		return ""
	}
	line := strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
	if strings.HasPrefix(line, "nissl ") {
		return line
	}
	return "nissl: " + line
}

func (a *App) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "nissl",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return a.unknownCommand(args[0])
		},
	}
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(a.help)
	root.SetHelpCommand(a.helpCommand())
	root.AddCommand(a.inspectCommand(), a.convertCommand(), a.methodsCommand(), a.papersCommand(), a.reproduceCommand(),
		a.dataCommand(), a.doctorCommand(), versionCommand())
	if a.Demo != nil {
		root.AddCommand(a.demoCommand())
	}
	if a.Studio != nil {
		root.AddCommand(a.studioCommand())
	}
	for _, v := range method.Verbs() {
		root.AddCommand(a.verbCommand(v.Verb, v.Help))
	}
	return root
}

func versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "version", Short: "print the version", Args: arguments(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), map[string]string{"version": nissl.Version})
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "nissl", nissl.Version)
			return err
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func jsonFlag(cmd *cobra.Command, p *bool) {
	cmd.Flags().BoolVar(p, "json", false, "print JSON on standard output and nothing else")
}

// arguments accepts between low and high words (high < 0: any number), named what.
func arguments(low, high int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch n := len(args); {
		case n < low:
			return usagef("%s: expected %s; see %s --help", cmd.CommandPath(), what, cmd.CommandPath())
		case high == 0 && n > 0:
			return usagef("%s: takes no argument, got %q; see %s --help", cmd.CommandPath(), args[0], cmd.CommandPath())
		case high > 0 && n > high:
			return usagef("%s: expected %s, got %q as well; see %s --help", cmd.CommandPath(), what, args[high], cmd.CommandPath())
		}
		return nil
	}
}
