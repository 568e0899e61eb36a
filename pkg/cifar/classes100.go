// SPDX-License-Identifier: Apache-2.0

package cifar

import "slices"

// Superclasses100 groups CIFAR-100's classes: 20 superclasses of five, in the order of the coarse labels.
var Superclasses100 = []Superclass{
	{"aquatic_mammals", [5]string{"beaver", "dolphin", "otter", "seal", "whale"}},
	{"fish", [5]string{"aquarium_fish", "flatfish", "ray", "shark", "trout"}},
	{"flowers", [5]string{"orchid", "poppy", "rose", "sunflower", "tulip"}},
	{"food_containers", [5]string{"bottle", "bowl", "can", "cup", "plate"}},
	{"fruit_and_vegetables", [5]string{"apple", "mushroom", "orange", "pear", "sweet_pepper"}},
	{"household_electrical_devices", [5]string{"clock", "keyboard", "lamp", "telephone", "television"}},
	{"household_furniture", [5]string{"bed", "chair", "couch", "table", "wardrobe"}},
	{"insects", [5]string{"bee", "beetle", "butterfly", "caterpillar", "cockroach"}},
	{"large_carnivores", [5]string{"bear", "leopard", "lion", "tiger", "wolf"}},
	{"large_man-made_outdoor_things", [5]string{"bridge", "castle", "house", "road", "skyscraper"}},
	{"large_natural_outdoor_scenes", [5]string{"cloud", "forest", "mountain", "plain", "sea"}},
	{"large_omnivores_and_herbivores", [5]string{"camel", "cattle", "chimpanzee", "elephant", "kangaroo"}},
	{"medium_mammals", [5]string{"fox", "porcupine", "possum", "raccoon", "skunk"}},
	{"non-insect_invertebrates", [5]string{"crab", "lobster", "snail", "spider", "worm"}},
	{"people", [5]string{"baby", "boy", "girl", "man", "woman"}},
	{"reptiles", [5]string{"crocodile", "dinosaur", "lizard", "snake", "turtle"}},
	{"small_mammals", [5]string{"hamster", "mouse", "rabbit", "shrew", "squirrel"}},
	{"trees", [5]string{"maple_tree", "oak_tree", "palm_tree", "pine_tree", "willow_tree"}},
	{"vehicles_1", [5]string{"bicycle", "bus", "motorcycle", "pickup_truck", "train"}},
	{"vehicles_2", [5]string{"lawn_mower", "rocket", "streetcar", "tank", "tractor"}},
}

// Superclass is a group of CIFAR-100's classes.
type Superclass struct {
	Name    string
	Classes [5]string
}

// Classes100 names the labels of CIFAR-100: the members of all superclasses, in alphabetical order.
var Classes100 = func() []string {
	var names []string
	for _, super := range Superclasses100 {
		names = append(names, super.Classes[:]...)
	}
	slices.Sort(names)
	return names
}()

// superclass100 is the coarse label of each fine one.
var superclass100 = func() []uint8 {
	coarse := make([]uint8, len(Classes100))
	for i, super := range Superclasses100 {
		for _, name := range super.Classes {
			coarse[slices.Index(Classes100, name)] = uint8(i)
		}
	}
	return coarse
}()
