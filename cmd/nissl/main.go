// Nissl records, maps, explains and perturbs neurons. See nissl help.
package main

import (
	"os"

	"nissl/catalog"
	"nissl/cli"
)

func main() {
	os.Exit(cli.Main(cli.App{Methods: catalog.All(), Papers: catalog.Papers()}, os.Args[1:]))
}
