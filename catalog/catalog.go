// Package catalog is the table of every method of the program and the table of the
// papers that they come from. A new method is one line of All.
package catalog

import (
	"nissl/method"
	"nissl/methods/activationmaximisation"
	"nissl/methods/activity"
	"nissl/methods/brainpy"
	"nissl/methods/correlation"
	"nissl/methods/crosscorrelogram"
	"nissl/methods/dynamicconnectome"
	"nissl/methods/fgsm"
	"nissl/methods/gitrebasin"
	"nissl/methods/heterogeneousdelays"
	"nissl/methods/hippocampalspikingcam"
	"nissl/methods/lotteryticket"
	"nissl/methods/massiveactivations"
	"nissl/methods/multitaskinghebbian"
	"nissl/methods/partialcorrelation"
	"nissl/methods/profile"
	"nissl/methods/sdractivedendrites"
	"nissl/methods/sparseprobing"
	"nissl/methods/spiketimetiling"
	"nissl/methods/spiking"
	"nissl/methods/stdphomeostasis"
)

// All methods, sorted by name.
func All() []method.Entry {
	return []method.Entry{
		activationmaximisation.Method(),
		activity.Method(),
		brainpy.Method(),
		correlation.Method(),
		crosscorrelogram.Method(),
		dynamicconnectome.Method(),
		fgsm.Method(),
		gitrebasin.Method(),
		heterogeneousdelays.Method(),
		hippocampalspikingcam.Method(),
		lotteryticket.Method(),
		massiveactivations.Method(),
		multitaskinghebbian.Method(),
		partialcorrelation.Method(),
		profile.Method(),
		sdractivedendrites.Method(),
		sparseprobing.Method(),
		spiketimetiling.Method(),
		spiking.Method(),
		stdphomeostasis.Method(),
	}
}
