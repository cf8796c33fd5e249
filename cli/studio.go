package cli

import (
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"nissl/format/reader"
)

// StudioOptions are what nissl studio was told.
type StudioOptions struct {
	Paths  []string
	Read   reader.Options
	Host   string // address to listen on
	Port   int    // 0 takes a free one
	Token  string // "" for the user's own
	Out    string // folder that runs write to
	Assets string // folder of pages in place of those in the program, for those who develop them
	Open   bool   // open a browser
	// Ready is told the address of the first page.
	Ready func(url string)
}

func (a *App) studioCommand() *cobra.Command {
	var o StudioOptions
	var read []string
	var quiet bool
	cmd := &cobra.Command{
		Use: "studio PATH...", Short: "look at recordings, findings and networks in a browser",
		Args: arguments(1, -1, "at least one recording, finding, network, or a folder of them"),
		Long: "A folder is searched for recordings, findings and networks. The pages come from this program\n" +
			"and ask nothing of any other machine. The address that is printed holds a token, without\n" +
			"which nobody gets in; it is kept for the next time. From another machine it is best reached\n" +
			"by ssh -L PORT:localhost:PORT, or with --host 0.0.0.0.",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if o.Read, err = readOptions(read); err != nil {
				return err
			}
			if net.ParseIP(o.Host) == nil && o.Host != "localhost" {
				return usagef("nissl studio: --host %s: expected an address of this machine such as 127.0.0.1 or 0.0.0.0", o.Host)
			}
			if o.Port < 0 || o.Port > 65535 {
				return usagef("nissl studio: --port %d: expected 1 to 65535, or 0 for a free one", o.Port)
			}
			for _, path := range args {
				if a.Networks != nil && a.Networks.Knows(path) {
					continue
				}
				if err := exists(path); err != nil {
					return err
				}
			}
			o.Paths, o.Open = args, !quiet
			o.Ready = func(url string) {
				fmt.Fprintf(a.out, "The studio is at\n  %s\nCtrl-C ends it.\n", url)
			}
			return a.Studio(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.Host, "host", "127.0.0.1", "listen on this `ADDRESS`")
	f.IntVar(&o.Port, "port", 0, "listen on this `PORT`; 0 takes a free one")
	f.StringVar(&o.Token, "token", "", "the `WORD` that lets a browser in (default: one that is made once per user)")
	f.StringVarP(&o.Out, "out", "o", "nissl-studio", "`FOLDER` for the findings of methods that are run from the pages")
	f.BoolVar(&quiet, "no-open", false, "do not open a browser")
	readFlag(cmd, &read)
	f.StringVar(&o.Assets, "assets", "", "`FOLDER` of pages to serve in place of the program's own, for those who develop them")
	return cmd
}
