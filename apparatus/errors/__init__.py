"""Every error the apparatus raises. Each says what was asked, what there is, and what to do.

    ApparatusError
    ├── OutOfRange           ValueError     a setting lies outside what is allowed
    ├── SiteNotFound         LookupError    the pipeline has no such place to tap
    ├── StepNotFound         LookupError    the run has no such step
    ├── NothingToResume      RuntimeError   the run is not paused
    ├── CannotStore          TypeError      a value in a checkpoint cannot be written to a file
    ├── ModelNotFound        LookupError    no model of that name, no folder there
    ├── NotAModel            ValueError     the folder holds no diffusers pipeline
    │   ├── OnlyPickles                     its weights are pickles, which can run code
    │   ├── DamagedFile                     one of its files is cut short, or is not what its name says
    │   ├── FileMissing                     one of its files is not there
    │   ├── NotTextToImage                  its pipeline makes no picture from a text alone
    │   ├── UnknownClass                    the installed libraries do not have a class that it is made of
    │   └── OwnCode                         it asks to run code that came with it
    ├── TooLarge             MemoryError    a model is too large for the memory there is
    ├── UnknownDevice        ValueError     the machine has no such device
    ├── UnknownDtype         ValueError     models are not loaded in such a type
    ├── NotOnHub             LookupError    there is nothing of that name to be fetched
    ├── Gated                PermissionError  the hub gives a model only to those who accepted its terms
    ├── HubUnreachable       ConnectionError  the hub cannot be reached, or the connection broke
    ├── FetchingIsOff        ConnectionError  somebody switched off that anything is fetched
    ├── NoRoom               OSError        the disk has no room for a model
    ├── LicenceNotAccepted   PermissionError  nobody accepted a model's licence
    ├── NotALora             ValueError     there is no such LoRA, or the file is none
    ├── LoraMisfit           ValueError     a LoRA was made for another model
    ├── ExposureNotFound     LookupError    no exposure of that id
    ├── AmbiguousExposure    LookupError    more than one exposure's id begins so
    ├── LoopNotFound         LookupError    no loop of that id
    ├── NoCaptioner          LookupError    nobody here says what a picture shows
    ├── BatchNotFound        LookupError    no candidates of that batch here
    ├── NoBatch              ValueError     an exposure that was made alone cannot be chosen
    ├── BrokenRecord         ValueError     a record is there and cannot be read
    ├── ExposureFailed       RuntimeError   the pipeline broke down in the middle of an exposure
    ├── StoreUnwritable      OSError        the outputs folder refuses to be written
    ├── DiskFull             OSError        no room is left for an exposure
    ├── AddressTaken         OSError        the app cannot listen where it was told to
    ├── EngineClosed         RuntimeError   the engine was closed and takes nothing more
    ├── WorkerDied           RuntimeError   the worker ended in the middle of an exposure
    ├── NoWorker             RuntimeError   no worker process can be started
    ├── WorkerLost           RuntimeError   a worker was sent for, and ended before it took any work
    ├── NoRay                ImportError    more than one machine was asked for, and Ray is not installed
    ├── NoCluster            ConnectionError  there is no Ray cluster, or it takes nobody in
    ├── TokenRefused         PermissionError  a Ray cluster does not know the token of who wants to join
    ├── OtherCluster         RuntimeError   this process is part of another Ray cluster already
    ├── CannotServe          RuntimeError   a machine of the cluster is not one to work on
    ├── WorkshopOpen         RuntimeError   another process has that workshop open
    ├── WorkshopNotFound     LookupError    there is no workshop of that name
    ├── NotInWorkshop        LookupError    nobody of that id is in the workshop
    ├── TicketNotFound       LookupError    the workshop has no picture of that id
    ├── NotWanted            ValueError     a word that the house rules do not want
    ├── TooManyWaiting       RuntimeError   a person has as many pictures waiting as one may
    ├── TooFast              RuntimeError   a person asks for pictures too fast
    ├── QueueFull            RuntimeError   all of a workshop has as many waiting as it can serve
    ├── NoExercise           LookupError    there is no guided round of that id
    ├── BrokenExercise       ValueError     the file of a guided round cannot be used
    ├── BrokenRules          ValueError     the list of words that are not wanted cannot be used
    ├── BrokenCuration       ValueError     the file by which a kiosk is set up cannot be used
    ├── NotAChoice           ValueError     words were chosen that no card of a kiosk says
    ├── NothingChosen        ValueError     nothing was chosen that can be seen
    ├── CodeTooSmall         ValueError     more than a code holds that a phone can read
    ├── NoBrowser            LookupError    a kiosk was to be opened, and there is no browser to show it
    ├── NoKiosk              ConnectionError  the state of a kiosk was asked for, and none answers
    ├── OutOfMemory          MemoryError    a training's batch does not fit
    ├── CannotGoOn           ValueError     a training's checkpoint is of another network
    ├── PartMissing          LookupError    a training needs a part that was not trained yet
    ├── NoJudge              LookupError    the judge has no weights that know this world
    ├── NoNeighbours         LookupError    a model's training pictures cannot be compared with a picture
    ├── NoPrompts            ValueError     a file of prompts cannot be read, or asks for nothing
    ├── WordNotRead          LookupError    an alteration names a word that the text encoder did not read
    ├── MaskMisfit           ValueError     an alteration's region has another size than the latents
    ├── CannotAlter          ValueError     this model, or this scheduler, has nothing of that kind to alter
    ├── CannotRetouch        ValueError     this model has no pipeline that retouches so
    ├── NoSource             LookupError    a retouch has no picture to begin with
    ├── NothingPainted       ValueError     a mask in which nothing is painted
    ├── NoEnhancer           LookupError    there is no language model of that name to rewrite a prompt
    ├── NoInstruction        LookupError    there is no instruction of that name for it
    ├── TextForgotten        LookupError    a rewritten text is not remembered any more
    ├── NotEnhanced                         a language model was asked, and that came to nothing
    │   ├── EndpointDown     ConnectionError  nothing answers at an endpoint
    │   ├── EndpointSlow     TimeoutError   an endpoint takes too long
    │   ├── EndpointNonsense ValueError     what an endpoint answers is no answer of its kind
    │   ├── EndpointDeclined PermissionError  an endpoint answers that it will not
    │   ├── TooMuchSaid      ValueError     an answer is far longer than a prompt can be
    │   ├── PromptTooLong    ValueError     a prompt is longer than a language model can read
    │   ├── EnhancerRefused  ValueError     a language model refuses, or says nothing
    │   └── CannotContinue   ValueError     an endpoint cannot go on from a text that was begun
    ├── MovedOn              RuntimeError   an exposure does not stand where it was thought to stand
    ├── NotKept              LookupError    what an answer takes was not kept of an exposure
    ├── OtherModel           ValueError     an exposure was made with other weights than those that are here
    ├── NoPicture            LookupError    an exposure has no finished picture
    ├── BrokenTemplate       ValueError     the template of a channel's sheet cannot be used
    ├── NotAPicture          ValueError     a file from elsewhere is no picture
    ├── PictureTooLarge      ValueError     a picture from elsewhere is larger than what is read
    ├── NoCredentials        RuntimeError   Content Credentials cannot be made here
    └── FilmFailed           RuntimeError   ffmpeg could not make a film of the pictures

Their message is one or a few plain sentences, fit for a terminal; their attributes hold the facts, so that
another language can say them.
"""

from apparatus.errors.distributing import BrokenTemplate as BrokenTemplate
from apparatus.errors.distributing import NoCredentials as NoCredentials
from apparatus.errors.distributing import NoPicture as NoPicture
from apparatus.errors.distributing import NotAPicture as NotAPicture
from apparatus.errors.distributing import PictureTooLarge as PictureTooLarge
from apparatus.errors.engine import AddressTaken as AddressTaken
from apparatus.errors.engine import CannotServe as CannotServe
from apparatus.errors.engine import EngineClosed as EngineClosed
from apparatus.errors.engine import NoCluster as NoCluster
from apparatus.errors.engine import NoRay as NoRay
from apparatus.errors.engine import NoWorker as NoWorker
from apparatus.errors.engine import OtherCluster as OtherCluster
from apparatus.errors.engine import TokenRefused as TokenRefused
from apparatus.errors.engine import WorkerDied as WorkerDied
from apparatus.errors.engine import WorkerLost as WorkerLost
from apparatus.errors.enhancing import CannotContinue as CannotContinue
from apparatus.errors.enhancing import EndpointDeclined as EndpointDeclined
from apparatus.errors.enhancing import EndpointDown as EndpointDown
from apparatus.errors.enhancing import EndpointNonsense as EndpointNonsense
from apparatus.errors.enhancing import EndpointSlow as EndpointSlow
from apparatus.errors.enhancing import EnhancerRefused as EnhancerRefused
from apparatus.errors.enhancing import NoEnhancer as NoEnhancer
from apparatus.errors.enhancing import NoInstruction as NoInstruction
from apparatus.errors.enhancing import NotEnhanced as NotEnhanced
from apparatus.errors.enhancing import PromptTooLong as PromptTooLong
from apparatus.errors.enhancing import TextForgotten as TextForgotten
from apparatus.errors.enhancing import TooMuchSaid as TooMuchSaid
from apparatus.errors.error import ApparatusError as ApparatusError
from apparatus.errors.error import nearest as nearest
from apparatus.errors.exposures import AmbiguousExposure as AmbiguousExposure
from apparatus.errors.exposures import BatchNotFound as BatchNotFound
from apparatus.errors.exposures import BrokenRecord as BrokenRecord
from apparatus.errors.exposures import DiskFull as DiskFull
from apparatus.errors.exposures import ExposureFailed as ExposureFailed
from apparatus.errors.exposures import ExposureNotFound as ExposureNotFound
from apparatus.errors.exposures import FilmFailed as FilmFailed
from apparatus.errors.exposures import LoopNotFound as LoopNotFound
from apparatus.errors.exposures import MovedOn as MovedOn
from apparatus.errors.exposures import NoBatch as NoBatch
from apparatus.errors.exposures import NotKept as NotKept
from apparatus.errors.exposures import OtherModel as OtherModel
from apparatus.errors.exposures import StoreUnwritable as StoreUnwritable
from apparatus.errors.fetching import FetchingIsOff as FetchingIsOff
from apparatus.errors.fetching import Gated as Gated
from apparatus.errors.fetching import HubUnreachable as HubUnreachable
from apparatus.errors.fetching import LicenceNotAccepted as LicenceNotAccepted
from apparatus.errors.fetching import NoRoom as NoRoom
from apparatus.errors.fetching import NotOnHub as NotOnHub
from apparatus.errors.kiosk import BrokenCuration as BrokenCuration
from apparatus.errors.kiosk import CodeTooSmall as CodeTooSmall
from apparatus.errors.kiosk import NoBrowser as NoBrowser
from apparatus.errors.kiosk import NoKiosk as NoKiosk
from apparatus.errors.kiosk import NotAChoice as NotAChoice
from apparatus.errors.kiosk import NothingChosen as NothingChosen
from apparatus.errors.models import DamagedFile as DamagedFile
from apparatus.errors.models import FileMissing as FileMissing
from apparatus.errors.models import LoraMisfit as LoraMisfit
from apparatus.errors.models import ModelNotFound as ModelNotFound
from apparatus.errors.models import NoCaptioner as NoCaptioner
from apparatus.errors.models import NotALora as NotALora
from apparatus.errors.models import NotAModel as NotAModel
from apparatus.errors.models import NotTextToImage as NotTextToImage
from apparatus.errors.models import OnlyPickles as OnlyPickles
from apparatus.errors.models import OwnCode as OwnCode
from apparatus.errors.models import TooLarge as TooLarge
from apparatus.errors.models import UnknownClass as UnknownClass
from apparatus.errors.models import UnknownDevice as UnknownDevice
from apparatus.errors.models import UnknownDtype as UnknownDtype
from apparatus.errors.queueing import NotInWorkshop as NotInWorkshop
from apparatus.errors.queueing import NotWanted as NotWanted
from apparatus.errors.queueing import QueueFull as QueueFull
from apparatus.errors.queueing import TicketNotFound as TicketNotFound
from apparatus.errors.queueing import TooFast as TooFast
from apparatus.errors.queueing import TooManyWaiting as TooManyWaiting
from apparatus.errors.queueing import WorkshopNotFound as WorkshopNotFound
from apparatus.errors.queueing import WorkshopOpen as WorkshopOpen
from apparatus.errors.runs import CannotAlter as CannotAlter
from apparatus.errors.runs import CannotRetouch as CannotRetouch
from apparatus.errors.runs import CannotStore as CannotStore
from apparatus.errors.runs import MaskMisfit as MaskMisfit
from apparatus.errors.runs import NoSource as NoSource
from apparatus.errors.runs import NothingPainted as NothingPainted
from apparatus.errors.runs import NothingToResume as NothingToResume
from apparatus.errors.runs import OutOfRange as OutOfRange
from apparatus.errors.runs import SiteNotFound as SiteNotFound
from apparatus.errors.runs import StepNotFound as StepNotFound
from apparatus.errors.runs import WordNotRead as WordNotRead
from apparatus.errors.training import CannotGoOn as CannotGoOn
from apparatus.errors.training import NoJudge as NoJudge
from apparatus.errors.training import NoNeighbours as NoNeighbours
from apparatus.errors.training import NoPrompts as NoPrompts
from apparatus.errors.training import OutOfMemory as OutOfMemory
from apparatus.errors.training import PartMissing as PartMissing
from apparatus.errors.workshop import BrokenExercise as BrokenExercise
from apparatus.errors.workshop import BrokenRules as BrokenRules
from apparatus.errors.workshop import NoExercise as NoExercise
