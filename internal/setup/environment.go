// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"os"
	"runtime"
	"slices"
	"strings"
)

// A rule says which of the user's variables a tool does not get to see. All others pass: proxies, certificates, LD_LIBRARY_PATH,
// TMPDIR and what else a machine, a cluster or a company needs.
type rule struct {
	tool   string
	behind []string // these stay behind; a * at the end stands for any ending, and upper and lower case are one
	pass   []string // except for these
	why    string
}

// rules is the one place where it is decided which variables of the user's reach our Python, pip, npm, Go and Jupyter.
var rules = []rule{
	{
		tool:   "Python",
		behind: []string{"PYTHON*", "__PYVENV_LAUNCHER__", "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "CONDA_PREFIX", "CONDA_DEFAULT_ENV"},
		why:    "they put other packages, or another Python, before those in our virtual environment",
	},
	{
		tool:   "pip",
		behind: []string{"PIP_*"},
		pass:   append(prefixed("PIP_", pipSettings...), "PIP_CONFIG_FILE"), // of which pipSettings are taken, in pip.go
		why:    "they let pip install elsewhere (target, user, prefix), or something else (constraint, no_deps)",
	},
	{
		tool:   "npm",
		behind: []string{"NPM_CONFIG_*", "NODE_*"},
		pass: append(prefixed("NPM_CONFIG_", "registry", "proxy", "https_proxy", "https-proxy", "noproxy", "cafile", "ca", "strict_ssl",
			"strict-ssl", "userconfig", "globalconfig", "//*", "@*"), "NODE_EXTRA_CA_CERTS", "NODE_TLS_REJECT_UNAUTHORIZED"),
		why: "they let npm pack elsewhere, or only pretend to",
	},
	{
		tool:   "go",
		behind: []string{"GOFLAGS", "GOWORK", "GO111MODULE", "GOBIN", "GOOS", "GOARCH", "GOROOT", "GOPACKAGESDRIVER"},
		why:    "they build something else, for something else, with the library of another Go, or in a workspace that does not know our modules",
	},
	{
		tool:   "Jupyter",
		behind: []string{"JUPYTER*", "IPYTHON*"},
		pass:   []string{"JUPYTER_TOKEN"},
		why:    "they lead to other settings, extensions and kernels",
	},
	{
		tool:   "the shell",
		behind: []string{"ENV", "BASH_ENV", "CDPATH"},
		why:    "they run the user's own commands in the script that stands before go, or lead its cd elsewhere",
	},
}

// pipSettings are the settings that say where packages come from, and how they are reached: the only ones of the user's that pip
// gets to see, whether they stand in variables or in pip's files.
var pipSettings = []string{"index_url", "extra_index_url", "find_links", "no_index", "trusted_host", "proxy", "cert", "client_cert",
	"keyring_provider", "use_feature"}

// goEnvironment is what our Go gets in place of the user's, also in the kernel. The values are never empty: an empty variable
// gives way to the file of go env -w.
func goEnvironment() []string {
	return []string{
		"GO111MODULE=on",
		"GOARCH=" + runtime.GOARCH,
		"GOFLAGS=-buildvcs=false",
		"GOOS=" + runtime.GOOS,
		"GOWORK=off",
	}
}

// passing leaves those variables of an environment which no rule keeps behind.
func passing(environment []string) []string {
	return slices.DeleteFunc(slices.Clone(environment), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.ContainsFunc(rules, func(r rule) bool { return matches(name, r.behind) && !matches(name, r.pass) })
	})
}

// matches tells whether a variable is one of names.
func matches(name string, names []string) bool {
	name = strings.ToUpper(name)
	return slices.ContainsFunc(names, func(pattern string) bool {
		pattern = strings.ToUpper(pattern)
		if start, any := strings.CutSuffix(pattern, "*"); any {
			return strings.HasPrefix(name, start)
		}
		return name == pattern
	})
}

func prefixed(prefix string, names ...string) []string {
	var all []string
	for _, name := range names {
		all = append(all, prefix+name)
	}
	return all
}

// Env is the environment of everything that is started for the user: what passes of theirs, and what was chosen here.
func (s *Setup) Env() []string {
	env := append(passing(os.Environ()),
		EnvHome+"="+s.Home,
		EnvSource+"="+s.Source,
		EnvBackend+"="+s.UseBackend(),
		"GOMLX_NO_AUTO_INSTALL=1", // all that is installed is installed here
		"PATH="+s.path("bin")+string(os.PathListSeparator)+os.Getenv("PATH"),
		"PYTHONNOUSERSITE=1",
		"PYTHONUTF8=1", // notebooks are UTF-8, whatever the user's locale
		"JUPYTER_CONFIG_DIR="+s.path("jupyter", "config"),
		"JUPYTER_DATA_DIR="+s.path("jupyter", "data"),
		"JUPYTER_RUNTIME_DIR="+s.path("jupyter", "runtime"),
		"JUPYTER_NO_CONFIG=1", // nor the machine's settings
		"IPYTHONDIR="+s.path("jupyter", "ipython"),
		"PIP_CACHE_DIR="+s.path("downloads", "pip"),
		"PIP_DISABLE_PIP_VERSION_CHECK=1",
		"npm_config_cache="+s.path("downloads", "npm"),
	)
	env = append(env, goEnvironment()...)
	if s.Data != "" {
		env = append(env, EnvData+"="+s.Data)
	}
	if s.Quick {
		env = append(env, EnvQuick+"=1")
	}
	return env
}
