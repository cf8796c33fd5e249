// Package arch has the equations of the networks that nissl runs, one file for each architecture: its
// Config as the checkpoint's config.json spells it, the names that its tensors have in checkpoints, and
// Forward.
package arch
