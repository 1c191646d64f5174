import { randomInt } from 'node:crypto'

const ADJECTIVES =
  'able amber ample azure balmy blithe bold brave breezy bright brisk calm candid cheery chief civil clear clever cosy crisp curious dapper daring deft eager early easy fair famous fleet fond frank free fresh gentle glad golden grand happy hardy hazel honest humble ideal jolly jovial keen kind lively loyal lucid lucky mellow merry mighty mild modest neat nimble noble novel patient placid plucky polite proud quick quiet rapid ready robust rosy royal sage serene sharp shiny silent silver sleek smart snug solid spry steady still sunny sure swift tidy tranquil true upbeat vast vivid warm wise witty young zesty'.split(
    ' ',
  )
const ANIMALS =
  'alpaca ant badger bat bear beaver bee bison boar bobcat camel carp cat cheetah chough cod colt condor coot coyote crab crane cricket crow cub deer dingo dolphin dove duck eagle eel egret elk emu ermine falcon fawn ferret finch fox frog gazelle gecko gibbon goat goose grouse gull hare hawk hen heron horse hound ibex ibis jackal jay kite kiwi koala lark lemur lion lizard llama lobster loon lynx magpie marmot marten mink mole moose moth mouse newt ocelot orca oriole osprey otter owl ox panda perch pika plover pony puffin puma quail rabbit raven robin salmon seal shrew sloth snail sparrow squid stoat stork swan tapir tern thrush tiger toad trout turtle viper vole wasp weasel whale wolf wombat wren yak zebra'.split(
    ' ',
  )

/** A name for a run that was given none: `sunny-otter-417`. */
export function randomRunName(): string {
  const pick = (words: readonly string[]): string => words[randomInt(words.length)] ?? 'run'
  return `${pick(ADJECTIVES)}-${pick(ANIMALS)}-${randomInt(1000)}`
}
