// SPDX-License-Identifier: Apache-2.0

package cifar

import "github.com/skipnets/skipnets/pkg/images"

// The official binary versions: a folder (or a tar.gz archive of it) with files of records of equal size. A record
// is the label bytes, then 1,024 bytes of red, 1,024 of green, 1,024 of blue, each plane row by row.
// https://www.cs.toronto.edu/~kriz/cifar.html

// A Version is one of the two data sets. [CIFAR10] and [CIFAR100] are all there are.
type Version struct {
	Name          string // on a command line
	Title         string // in a sentence
	Folder        string // that the official archive unpacks to
	Archive       string // the official archive's name
	ArchiveSHA256 string
	images.Format
	coarse      []uint8 // the superclass of each class; if not nil, a record begins with a byte of that
	train, test []file  // in the order of their records
}

// file is one of a version's files.
type file struct {
	name    string
	records int
	sha256  string // hexadecimal, of the content
}

func (v *Version) labelBytes() int {
	if v.coarse == nil {
		return 1
	}
	return 2
}

func (v *Version) recordBytes() int { return v.labelBytes() + imageBytes }

// CIFAR10 has ten classes.
var CIFAR10 = &Version{
	Name: "cifar10", Title: "CIFAR-10", Folder: "cifar-10-batches-bin", Archive: "cifar-10-binary.tar.gz",
	ArchiveSHA256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
	Format:        images.Format{Height: Size, Width: Size, Channels: Channels, Classes: Classes10, Moments: Moments10},
	train: []file{
		{"data_batch_1.bin", 10_000, "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"},
		{"data_batch_2.bin", 10_000, "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"},
		{"data_batch_3.bin", 10_000, "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"},
		{"data_batch_4.bin", 10_000, "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"},
		{"data_batch_5.bin", 10_000, "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"},
	},
	test: []file{{"test_batch.bin", 10_000, "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"}},
}

// CIFAR100 has a hundred. The digests of its files are those that torchvision-ruby checks; its digests of CIFAR-10's files and of
// both archives are the right ones.
var CIFAR100 = &Version{
	Name: "cifar100", Title: "CIFAR-100", Folder: "cifar-100-binary", Archive: "cifar-100-binary.tar.gz",
	ArchiveSHA256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
	Format:        images.Format{Height: Size, Width: Size, Channels: Channels, Classes: Classes100, Moments: Moments100},
	coarse:        superclass100,
	train:         []file{{"train.bin", 50_000, "f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29"}},
	test:          []file{{"test.bin", 10_000, "d8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a"}},
}
