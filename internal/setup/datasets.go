// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
)

// A dataset is one that the user brings, in a folder of their own: -dataset names it, and -data is the folder.
type dataset struct {
	name, title string
	open        func(s *Setup) (training, test images.Set, err error)
}

// datasets are those besides CIFAR, which is downloaded. A new data set is one function that returns two sets, and a row here.
var datasets = []dataset{
	{Folder, "your own pictures", (*Setup).openFolder},
}

// Folder is the name of the data set that is a folder of pictures, one folder in it a class.
const Folder = "folder"

// Datasets lists the names of all data sets.
func Datasets() []string {
	names := []string{cifar.CIFAR10.Name, cifar.CIFAR100.Name}
	for _, d := range datasets {
		names = append(names, d.name)
	}
	return names
}

func (s *Setup) openFolder() (training, test images.Set, err error) {
	options := images.FolderOptions{Size: s.Size, Cache: s.path("pictures")}
	if s.Grey {
		options.Channels = 1
	}
	return images.Folder(s.Data, options)
}

// chooseDataset fills in what depends on the data set.
func (s *Setup) chooseDataset() error {
	name := firstOf(s.Options.Dataset, cifar.CIFAR10.Name)
	for _, d := range datasets {
		if d.name == name {
			s.own = &d
			return s.checkOwn()
		}
	}
	version, err := cifar.Named(name)
	if err != nil {
		return fmt.Errorf("no data set %q: there are %s", name, strings.Join(Datasets(), ", "))
	}
	s.version = version
	if version == cifar.CIFAR10 {
		s.Data = firstOf(s.Data, os.Getenv(EnvData))
		return nil
	}
	if s.Quick {
		return fmt.Errorf("there is no small sample of %s: leave -quick and %s away", version.Title, EnvQuick)
	}
	s.sources.archiveURL, s.sources.archiveSum = archives+version.Archive, version.ArchiveSHA256
	return nil
}

// DatasetName is the name of the data set that was chosen, one of [Datasets].
func (s *Setup) DatasetName() string {
	if s.own != nil {
		return s.own.name
	}
	return s.version.Name
}

// Own tells whether the user brings the data set.
func (s *Setup) Own() bool { return s.own != nil }

// checkOwn refuses what makes no sense for a data set that the user brings.
func (s *Setup) checkOwn() error {
	switch {
	case s.Data == "":
		return fmt.Errorf("the data set %q is in a folder of yours: give that as -data", s.own.name)
	case s.Quick && os.Getenv(EnvQuick) == "":
		return fmt.Errorf("there is no small sample of %s: leave -quick away", s.own.title)
	}
	s.Quick = false // in a terminal of lab -quick: the pictures are the user's all the same
	return nil
}

// ownDataset is the step of a data set that the user brings. It reads everything, so that what is wrong with a picture is said
// before anything is trained.
func (s *Setup) ownDataset() Step {
	return Step{
		Name: s.own.title,
		Check: func(context.Context) (string, error) {
			training, test, err := s.Images()
			if err != nil {
				return "", err
			}
			return fmt.Sprintf("%d of %d classes in %s, %d of them for the test", training.Len()+test.Len(), len(training.Classes), s.Data, test.Len()), nil
		},
	}
}
